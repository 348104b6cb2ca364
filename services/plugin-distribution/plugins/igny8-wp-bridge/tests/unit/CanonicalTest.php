<?php
// phpcs:disable
use IGNY8\Bridge\Identity;
use PHPUnit\Framework\TestCase;

final class CanonicalTest extends TestCase {
	public function test_the_text_towards_a_site(): void {
		$this->assertSame(
			"msg_12345678.1732254000.42\nPOST\n/igny8/v1/publish\n44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
			Identity\text_towards_site( 'msg_12345678', '1732254000', 42, 'post', '/igny8/v1/publish', '{}' )
		);
		$this->assertSame( 'msg_12345678.1732254000.[]', Identity\text_from_site( 'msg_12345678', '1732254000', '[]' ) );
	}

	public function targets(): array {
		return [
			'plain'                 => [ [], '/igny8/v1/media' ],
			'rest_route is left out' => [ [ 'rest_route' => '/igny8/v1/media' ], '/igny8/v1/media' ],
			'sorted by name'        => [ [ 'b' => '2', 'a' => '1', 'B' => '3' ], '/igny8/v1/media?B=3&a=1&b=2' ],
			'RFC 3986'              => [ [ 'alt' => "a b+c~d*é/'" ], '/igny8/v1/media?alt=a%20b%2Bc~d%2A%C3%A9%2F%27' ],
			'empty value'           => [ [ 'alt' => '' ], '/igny8/v1/media?alt=' ],
			'numeric names'         => [ [ '10' => 'x', '9' => 'y' ], '/igny8/v1/media?10=x&9=y' ],
			'lists are not signed'  => [ [ 'a' => [ '1' ] ], null ],
		];
	}

	/** @dataProvider targets */
	public function test_the_target( array $query, ?string $expected ): void {
		$this->assertSame( $expected, Identity\target( '/igny8/v1/media', $query ) );
	}

	public function test_signatures_are_read_ten_at_most(): void {
		$one = 'v1a,' . base64_encode( str_repeat( 'x', 64 ) );
		$this->assertCount( 1, Identity\signatures( $one ) );
		$this->assertCount( 10, Identity\signatures( implode( ' ', array_fill( 0, 11, $one ) ) ) );
		$this->assertCount( 1, Identity\signatures( "v1,abc $one v2a,abc" ) );
		foreach ( [ '', 'v1a,', 'v1a,###', 'v1a,' . base64_encode( 'short' ), 'V1A,' . substr( $one, 4 ), substr( $one, 4 ) ] as $bad ) {
			$this->assertSame( [], Identity\signatures( $bad ), $bad );
		}
	}

	public function test_the_window(): void {
		foreach ( [ [ '1000', true ], [ '700', true ], [ '1300', true ], [ '699', false ], [ '1301', false ], [ '', false ], [ '-1000', false ], [ '1e3', false ], [ '1000 ', false ], [ '99999999999999', false ] ] as list( $timestamp, $good ) ) {
			$this->assertSame( $good, Identity\is_within_window( $timestamp, 1000 ), $timestamp );
		}
	}

	public function test_message_ids(): void {
		foreach ( [ 'msg_1234', str_repeat( 'a', 64 ) ] as $good ) {
			$this->assertTrue( Identity\is_message_id( $good ) );
		}
		foreach ( [ '', 'short', str_repeat( 'a', 65 ), 'with.dot.x', "msg_1234\n", 'msg 1234' ] as $bad ) {
			$this->assertFalse( Identity\is_message_id( $bad ), $bad );
		}
	}

	public function test_bearer_is_read_exactly(): void {
		$this->assertSame( 'K', Identity\bearer_token( 'Bearer K' ) );
		$this->assertSame( 'K', Identity\bearer_token( 'bearer K' ) );
		foreach ( [ '', 'Bearer', 'Bearer ', 'Basic x, Bearer K', 'Bearer K, Basic x', 'Bearer K K', 'xBearer K', "Bearer K\n" ] as $bad ) {
			$this->assertSame( '', Identity\bearer_token( $bad ), $bad );
		}
	}

	public function test_the_key_is_proven_exactly(): void {
		$key = 'igny8_live_' . str_repeat( 'a', 36 );
		$this->assertTrue( Identity\proves_api_key( $key, $key, null ) );
		$this->assertTrue( Identity\proves_api_key( $key, null, "Bearer $key" ) );
		$this->assertTrue( Identity\proves_api_key( $key, $key, "Bearer $key" ) );
		$bad = [
			'nothing'              => [ $key, null, null ],
			'longer'               => [ $key, "{$key}x", null ],
			'shorter'              => [ $key, substr( $key, 0, -1 ), null ],
			'bearer longer'        => [ $key, null, "Bearer {$key}junk" ],
			'among others'         => [ $key, null, "Basic x, Bearer $key" ],
			'headers disagree'     => [ $key, $key, 'Bearer other' ],
			'headers disagree too' => [ $key, 'other', "Bearer $key" ],
			'good and empty'       => [ $key, $key, '' ],
			'no key stored'        => [ '', '', 'Bearer ' ],
			'no key, empty header' => [ '', '', null ],
			'a status word stored' => [ 'connection-denied', 'connection-denied', null ],
		];
		foreach ( $bad as $name => list( $stored, $header, $authorization ) ) {
			$this->assertFalse( Identity\proves_api_key( $stored, $header, $authorization ), $name );
		}
	}

	public function test_public_keys(): void {
		$this->assertSame( str_repeat( 'k', 32 ), Identity\public_key( base64_encode( str_repeat( 'k', 32 ) ) ) );
		foreach ( [ '', 'AAAA', base64_encode( str_repeat( 'k', 33 ) ), '!' ] as $bad ) {
			$this->assertSame( '', Identity\public_key( $bad ) );
		}
	}
}
