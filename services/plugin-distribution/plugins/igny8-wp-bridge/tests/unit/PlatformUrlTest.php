<?php
// phpcs:disable
use IGNY8\Bridge\Connection;
use PHPUnit\Framework\TestCase;

final class PlatformUrlTest extends TestCase {
	protected function tearDown(): void {
		unset( $GLOBALS['igny8_test_environment'] );
	}

	public function urls(): array {
		return [
			'https'              => [ 'https://api.igny8.com', true, true ],
			'https with a path'  => [ 'https://example.com:8443/igny8', true, true ],
			'http'               => [ 'http://api.igny8.com', false, true ],
			'http on a network'  => [ 'http://192.168.0.2:8080', false, true ],
			'localhost'          => [ 'http://localhost:8080', true, true ],
			'localhost in caps'  => [ 'http://LOCALHOST', true, true ],
			'loopback'           => [ 'http://127.0.0.1:9', true, true ],
			'loopback, IPv6'     => [ 'http://[::1]:9', true, true ],
			'only looks local'   => [ 'http://localhost.example.com', false, true ],
			'only looks loopback' => [ 'http://127.0.0.1.example.com', false, true ],
			'local user name'    => [ 'http://localhost@example.com', false, false ],
			'user'               => [ 'https://me@example.com', false, false ],
			'query'              => [ 'https://example.com/?a=1', false, false ],
			'fragment'           => [ 'https://example.com/#a', false, false ],
			'other scheme'       => [ 'ftp://localhost', false, false ],
			'no host'            => [ 'https://', false, false ],
			'no scheme'          => [ 'api.igny8.com', false, false ],
			'nothing'            => [ '', false, false ],
		];
	}

	/** @dataProvider urls */
	public function test_plain_http_stays_on_this_machine_in_production( string $url, bool $in_production, bool $on_a_test_system ): void {
		$this->assertSame( $in_production, Connection\is_platform_url( $url ) );
		foreach ( [ 'local', 'development', 'staging' ] as $environment ) {
			$GLOBALS['igny8_test_environment'] = $environment;
			$this->assertSame( $on_a_test_system, Connection\is_platform_url( $url ), $environment );
		}
	}
}
