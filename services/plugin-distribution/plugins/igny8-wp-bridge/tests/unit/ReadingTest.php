<?php
// phpcs:disable
use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Reading;
use PHPUnit\Framework\TestCase;

final class ReadingTest extends TestCase {
	public function test_a_cursor_comes_back_as_it_was(): void {
		foreach ( [ 0, 1, 999999999999999999 ] as $id ) {
			foreach ( [ '0000-00-00 00:00:00', '2026-11-26 23:59:58' ] as $modified ) {
				$last = compact( 'modified', 'id' );
				$this->assertSame( $last, Reading\read_cursor( Reading\write_cursor( 'modified', $last ), 'modified' ) );
				$this->assertSame( $id, Reading\read_cursor( Reading\write_cursor( 'id', $last ), 'id' )['id'] );
			}
		}
		$this->assertSame( [ 'modified' => Reading\BEGINNING, 'id' => 0 ], Reading\read_cursor( '', 'id' ) );
	}

	public function test_a_run_may_begin_with_a_time(): void {
		$this->assertSame( [ 'modified' => '2026-11-26 09:50:00', 'id' => 0 ], Reading\read_cursor( '2026-11-26T09:50:00Z', 'modified' ) );
		$this->assertSame( '2026-11-26 09:50:00', Reading\read_cursor( '2026-11-26T09:50:00.123456789Z', 'modified' )['modified'] );
		foreach ( [ '2026-11-26', '2026-11-26T09:50:00', "2026-11-26T09:50:00Z'", '2026-11-26T09:50:00+02:00' ] as $cursor ) {
			$this->assertNull( Reading\read_cursor( $cursor, 'modified' ), $cursor );
		}
		$this->assertNull( Reading\read_cursor( '2026-11-26T09:50:00Z', 'id' ) );
	}

	public function test_what_is_no_cursor_of_this_order(): void {
		foreach ( [ 'i', 'x1', 'i-1', "i1\n", 'i1 OR 1', 'm20260101000000-1', 'i1234567890123456789' ] as $cursor ) {
			$this->assertNull( Reading\read_cursor( $cursor, 'id' ), $cursor );
		}
		foreach ( [ 'i1', 'm2026-1', 'm20260101000000-', 'm2026010100000x-1', "m20260101000000-1'" ] as $cursor ) {
			$this->assertNull( Reading\read_cursor( $cursor, 'modified' ), $cursor );
		}
	}

	public function test_the_images_of_a_text(): void {
		$base = '//site.example/wp-content/uploads';
		foreach ( [
			'<img class="alignleft wp-image-12 x" src="a">'                                        => [ 12 ],
			'<img src="https://site.example/wp-content/uploads/2026/01/a%20b-300x200.png?x=1#y">' => [ '2026/01/a b-300x200.png' ],
			'<img src=\'//site.example/wp-content/uploads/a.png\'>'                                => [ 'a.png' ],
			'<img src="https://site.example/wp-content/uploadsx/a.png">'                           => [],
			'<img data-class="wp-image-9" alt="class=&quot;wp-image-8&quot;" src="x">'             => [],
			'[gallery columns="2" ids="3, 4,5"]'                                                   => [ 3, 4, 5 ],
			'<!-- wp:cover {"url":"x","id":6,"a":{"b":"}"}} --><!-- /wp:cover -->'                 => [ 6 ],
			'<!-- wp:cover {"id":broken} --><!-- wp:media-text {"mediaId":7} -->'                  => [ 7 ],
			'<!-- wp:cover {"id":[8]} --><img class="wp-image-1"><img class="wp-image-1">'         => [ 1 ],
			'<p>wp-image-5</p>'                                                                    => [],
		] as $html => $images ) {
			$this->assertSame( $images, Reading\images_in( $html, $base ), $html );
		}
	}

	public function test_a_file_may_be_a_smaller_size_or_a_scaled_one(): void {
		$this->assertSame( [ '2026/a-1024x768.jpg', '2026/a.jpg', '2026/a-scaled.jpg' ], Reading\originals( '2026/a-1024x768.jpg' ) );
		$this->assertSame( [ 'a.webp', 'a-scaled.webp' ], Reading\originals( 'a.webp' ) );
	}

	public function test_updates_of_one_post_become_one(): void {
		$join = function ( array $earlier, array $later ): array { return Outbound\joined( $earlier, $later ); };
		$this->assertSame( [ 'operation_id' => '', 'changed' => [ 'text', 'terms', 'seo' ], 'revision' => 'new' ], $join( [ 'operation_id' => '', 'changed' => [ 'seo', 'text' ], 'revision' => 'old' ], [ 'operation_id' => '', 'changed' => [ 'terms', 'text' ], 'revision' => 'new' ] ) );
		foreach ( [ [ 'a', 'a', 'a' ], [ 'a', '', '' ], [ '', 'a', '' ], [ 'a', 'b', '' ] ] as list( $first, $second, $both ) ) {
			$this->assertSame( $both, $join( [ 'operation_id' => $first, 'changed' => [] ], [ 'operation_id' => $second, 'changed' => [] ] )['operation_id'] );
		}
		$this->assertSame( [ 'text' ], $join( [ 'changed' => [ 'unheard of' ] ], [ 'operation_id' => '', 'changed' => [ 'text' ] ] )['changed'] );
	}
}
